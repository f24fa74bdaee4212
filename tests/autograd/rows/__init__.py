"""Calls of the kernels that have rules, a file for each file of `numtorch.autograd.rules`."""

# Kernels that nothing uses, and to which other tests give rules.
OF_OTHER_TESTS = {"special_exp2", "special_expm1", "special_log1p", "special_spherical_bessel_j0"}

# A kernel that nothing uses, and that is to have no rule.
WITHOUT_RULE = "special_airy_ai"
