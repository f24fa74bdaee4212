"""NumPy's functions on Tensors, in terms of kernels. Importing the families registers them."""

from numtorch.functions import creation as creation
from numtorch.functions import dot as dot
from numtorch.functions import einsum as einsum
from numtorch.functions import elementwise as elementwise
from numtorch.functions import indexing as indexing
from numtorch.functions import joining as joining
from numtorch.functions import linalg as linalg
from numtorch.functions import metadata as metadata
from numtorch.functions import norm as norm
from numtorch.functions import padding as padding
from numtorch.functions import pointwise as pointwise
from numtorch.functions import ranges as ranges
from numtorch.functions import reduction as reduction
from numtorch.functions import scan as scan
from numtorch.functions import selection as selection
from numtorch.functions import shape as shape
from numtorch.functions import sorting as sorting
from numtorch.functions import statistics as statistics
from numtorch.functions import text as text
from numtorch.functions import ufunc as ufunc
from numtorch.functions import ufunc_methods as ufunc_methods
from numtorch.functions import windows as windows
