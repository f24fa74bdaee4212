"""Every public name of `numtorch.nn.layers` has a row, or a test of its own."""

from collections.abc import Callable

from numtorch.nn import layers
from tests.nn.layers import test_init, test_layers_values, test_sizes, test_weightnorm
from tests.nn.layers.test_layers_values import LAYERS

# Functions; and layers that draw, or whose input or result is not one floating-point array.
TESTS: dict[str, Callable[..., None]] = {
    "AlphaDropout": test_layers_values.test_alpha_dropout_of_tensors,
    "Dropout": test_layers_values.test_dropout,
    "Embedding": test_layers_values.test_embedding,
    "EmbeddingBag": test_layers_values.test_bags,
    "Layer": test_layers_values.test_the_text_of_a_tree,
    "Moded": test_layers_values.test_modes,
    "PairwiseFusion": test_layers_values.test_layers_with_inputs_of_their_own,
    "Recurrence": test_layers_values.test_any_cell_along_a_sequence,
    **{
        f"{cell}Cell": test_layers_values.test_a_recurrence_is_a_cell_step_by_step
        for cell in ("RNN", "LSTM", "GRU", "GRUv3")
    },
    "activations": test_layers_values.test_a_chain,
    "affine": test_layers_values.test_affine,
    "concatenated": test_layers_values.test_ndarrays_and_tensors_agree,
    "identity_init": test_init.test_identity,
    "initialstates": test_layers_values.test_first_states_are_where_the_weights_are,
    "nfan": test_init.test_fans,
    "ones": test_init.test_constants,
    "orthogonal": test_init.test_orthogonal,
    "outputsize": test_sizes.test_shapes_are_those_of_results,
    "rand": test_init.test_rand,
    "remove_weight_norms": test_weightnorm.test_removal,
    "sparse_init": test_init.test_the_same_share_of_zeros_in_each_column,
    "truncated_normal": test_init.test_truncated_normal,
    **{mode: test_layers_values.test_modes for mode in ("testmode", "trainmode", "while_testing")},
    "zeros": test_init.test_constants,
    **{init.__name__: test_init.test_deviations for init in test_init.DEVIATIONS},
}


def test_every_name_has_a_row() -> None:
    rows = {name.split()[0] for name in LAYERS}
    assert rows & TESTS.keys() == set()
    assert rows | TESTS.keys() == set(layers.__all__)


def test_rows_are_of_what_they_are_named_after() -> None:
    assert all(type(layer) is getattr(layers, name.split()[0]) for name, (layer, _) in LAYERS.items())
