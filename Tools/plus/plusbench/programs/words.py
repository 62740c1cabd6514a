# Copyright PythonPlus contributors.
"""words counted and looked up: dictionaries and sets of strings"""
import collections

TEXT = " ".join("w%d %s" % (n * n % 997, "abcdefgh"[n % 5:n % 5 + n % 4 + 1])
                for n in range(6000))


def anagrams(words):
    groups = collections.defaultdict(set)
    for word in words:
        groups["".join(sorted(word))].add(word)
    return sum(len(group) > 1 for group in groups.values())


def run():
    counts = {}
    words = TEXT.split()
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    pairs = collections.Counter(zip(words, words[1:]))
    common = set(words[:9000]) & set(words[-100:])
    return (len(counts), max(counts.values()), pairs.most_common(1)[0][1], len(common),
            anagrams(counts))


EXPECTED = (519, 300, 2, 53, 147)
