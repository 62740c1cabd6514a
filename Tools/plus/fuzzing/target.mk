# Copyright PythonPlus contributors.
# Links libFuzzer's target in the build folder where this is read:
#   make -C build/asan -f TOP/Tools/plus/fuzzing/target.mk FUZZ=TOP/Tools/plus/fuzzing TARGET=FILE
include Makefile

$(TARGET): target.o waits.o $(LIBRARY)
	$(LINKCC) $(PY_CORE_LDFLAGS) $(LINKFORSHARED) -fsanitize=fuzzer -o $@.new target.o waits.o \
		$(LINK_PYTHON_OBJS) $(LIBS) $(MODLIBS) $(SYSLIBS)
	mv $@.new $@

target.o waits.o: %.o: $(FUZZ)/%.c pyconfig.h
	$(CC) -c $(PY_CORE_CFLAGS) -o $@ $<

.DEFAULT_GOAL= $(TARGET)
