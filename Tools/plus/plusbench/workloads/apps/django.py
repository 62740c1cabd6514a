# Copyright PythonPlus contributors.
"""django's runserver, a thread per request, with its router and middleware."""
import sys

from plusbench.workloads.apps import page, serving


def _view(request):
    from django.http import HttpResponse
    return HttpResponse(page.body(int(request.GET["n"])))


@serving.web()
def serve(port):
    import django.conf
    from django.core.management import execute_from_command_line
    from django.urls import path

    sys.modules["urls_of_page"] = urls = type(sys)("urls_of_page")
    urls.urlpatterns = [path("page", _view)]
    django.conf.settings.configure(
        ROOT_URLCONF="urls_of_page", ALLOWED_HOSTS=["127.0.0.1"], DEBUG=False,
        LOGGING_CONFIG=None, MIDDLEWARE=["django.middleware.common.CommonMiddleware"])
    execute_from_command_line(["manage.py", "runserver", "--noreload", "127.0.0.1:%d" % port])
