"""Writes the files of this folder: python make.py NAME, where NAME says the environment (numpy1 or numpy2).

numpy1: numpy 1.23, scipy 1.15, joblib 1.5. numpy2: numpy 2.4, scipy 1.17, joblib 1.6, skops 0.16. Both Python 3.11.
"""
import collections, datetime, decimal, functools, pickle, sys
import joblib, numpy as np, scipy.sparse as sp

name = sys.argv[1]
cycle = []
cycle.append(cycle)
shared = [1]
plain = {
    "datetime": datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
    "zoned": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    "date": datetime.date(2020, 2, 29), "time": datetime.time(1, 2, 3), "timedelta": datetime.timedelta(-1, 5, 6),
    "decimal": decimal.Decimal("1.10"), "complex": 1 + 2j, "frozenset": frozenset([1]), "set": {"a"}, "range": range(3), "slice": slice(1, None, 2),
    "text": "é\n\\ \udcff 😀", "bytes": b"\x00\xff", "bytearray": bytearray(b"q"),
    "numbers": [None, True, False, 0, -1, 255, 256, 70000, -70000, 2**40, -(2**80), 1.5, float("inf"), -0.0, 1e-300],
    "tuple": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)), "dict": {1: 2, 2.5: None, ("a", 1): "b"},
    "ordered": collections.OrderedDict(a=1), "default": collections.defaultdict(list, {"a": [1]}), "counter": collections.Counter("aab"), "deque": collections.deque([1, 2]),
    "type": str, "shared": [shared, shared], "cycle": cycle,
}
arrays = {
    "float64": np.array([1.5, np.nan, -0.0]), "float32": np.array([[1.5], [np.inf]], "f4"), "float16": np.array([1.5, -np.inf, 6e-8], "f2"),
    "int64": np.array([1, -2**53 + 1]), "big": np.array([2**62]), "uint64": np.array([2**64 - 1], "u8"), "int8": np.array([-1], "i1"), "bool": np.array([True, False]),
    "bigEndian": np.arange(3, dtype=">i4"), "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)), "cube": np.asfortranarray(np.arange(24).reshape(2, 3, 4)), "strided": np.arange(10)[::3],
    "scalar": np.array(7.0), "empty": np.zeros((0, 3)), "complex": np.array([1 + 2j], "c8"), "text": np.array(["aé", "b😀", ""]), "bytes": np.array([b"a\0b", b"c"]),
    "datetime": np.array(["2020-01-01", "NaT"], "M8[D]"), "timedelta": np.array([5], "m8[25s]"), "objects": np.array([["a", 1], [None, 2.5]], dtype=object),
    "structured": np.array([(1.0, 2, [3, 4]), (5.0, 6, [7, 8])], dtype=[("x", "<f8"), ("y", ">i2"), ("z", "u1", (2,))]),
    "padded": np.array([(1, 2.0)], dtype=np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 24})),
    "masked": np.ma.MaskedArray([1.0, 2.0], [True, False]),
    "np.float64": np.float64(2.5), "np.int64": np.int64(-3), "np.float32": np.float32(0.1), "np.str_": np.str_("é"), "np.bool_": np.bool_(True), "np.datetime64": np.datetime64("2020-01-01", "D"),
    "dtype": np.dtype("<M8[ns]"), "dtypeStructured": np.dtype([("a", "f8"), ("b", "i4", (2,))]),
    "csr": sp.csr_matrix(np.array([[0, 1.0], [2.0, 0]])), "csc": sp.csc_matrix(np.eye(2)), "coo": sp.coo_matrix(np.eye(2)), "dia": sp.dia_matrix(np.eye(2)),
    "random": np.random.RandomState(0), "generator": np.random.default_rng(0),
}
if name == "numpy2":
    for protocol in range(6):
        pickle.dump(plain, open(f"plain.{protocol}.pkl", "wb"), protocol=protocol)
for protocol in (2, 3, 4, 5):
    pickle.dump(arrays, open(f"arrays-{name}.{protocol}.pkl", "wb"), protocol=protocol)
nested = {"f": arrays["float64"], "o": arrays["objects"], "again": arrays["objects"], "fortran": arrays["fortran"], "structured": arrays["structured"], "after": "end"}
joblib.dump(nested, f"joblib-{name}.pkl")
joblib.dump(nested, f"joblib-{name}-zlib.pkl", compress=3)
joblib.dump(nested, f"joblib-{name}-gzip.pkl", compress=("gzip", 3))
if name == "numpy2":
    import skops.io
    keep = {k: plain[k] for k in ("set", "slice", "bytes", "bytearray", "numbers", "tuple", "ordered", "default", "type", "shared")}
    skops.io.dump({"plain": keep, "arrays": arrays, "keys": {1: "a", 2.5: "b", "x": "c"}, "partial": functools.partial(np.log1p, 1)}, "values.skops")
    few = {k: arrays[k] for k in ("float64", "objects", "np.int64", "masked", "csr", "dtype", "structured")}
    skops.io.dump([few, {1: "a", 2.5: None}, (slice(1, 2), {"s"}, b"x", functools.partial(np.log1p, 1), np.random.default_rng(0))], "small.skops")
    np.save("structured.npy", arrays["structured"])
    np.save("fortran.npy", arrays["fortran"])
    np.save("objects.npy", arrays["objects"], allow_pickle=True)
    np.savez("arrays.npz", a=arrays["float64"], b=arrays["text"])
    np.savez_compressed("arrays-compressed.npz", a=np.zeros(1000), b=arrays["int64"])
