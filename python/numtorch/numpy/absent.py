"""Names of NumPy's main namespace that Tensors have no use for, with the reason."""

from __future__ import annotations

__all__ = ["ABSENT"]

_TEXT = "libtorch has no arrays of text"
_DATES = "libtorch has no dates"
_RECORDS = "libtorch has no records"
_OBJECTS = "libtorch has no arrays of objects"
_LONG = "libtorch has no extended precision"
_HOST = "it is about NumPy itself, or walks through memory on the host"

ABSENT: dict[str, str] = {
    **dict.fromkeys(("bytes_", "char", "character", "str_", "strings", "flexible"), _TEXT),
    **dict.fromkeys(
        (
            "busday_count",
            "busday_offset",
            "busdaycalendar",
            "datetime64",
            "datetime_as_string",
            "datetime_data",
            "is_busday",
            "isnat",
            "timedelta64",
        ),
        _DATES,
    ),
    **dict.fromkeys(("fromregex", "rec", "recarray", "record", "void"), _RECORDS),
    **dict.fromkeys(("frompyfunc", "object_"), _OBJECTS),
    **dict.fromkeys(("clongdouble", "complex256", "float128", "longdouble"), _LONG),
    **dict.fromkeys(("asmatrix", "bmat", "matrix"), "a Tensor is no numpy.matrix"),
    **dict.fromkeys(("ma",), "a Tensor has no mask"),
    "memmap": "libtorch's memory is no file",
    "poly1d": "it keeps its coefficients in an ndarray; polyval and its kin take Tensors",
    **dict.fromkeys(
        (
            "broadcast",
            "core",
            "ctypeslib",
            "dtypes",
            "f2py",
            "flatiter",
            "get_include",
            "getbufsize",
            "geterrcall",
            "info",
            "nditer",
            "nested_iters",
            "setbufsize",
            "seterrcall",
            "show_config",
            "show_runtime",
            "test",
            "typing",
        ),
        _HOST,
    ),
}
