"""GPU kernels of the network's passes, in Triton, for all streams of one layer at a time.

Arrays are those of `batched_network`, (batches, streams, points, width). The saved activations of
a layer are y = tanh(z) and the derivatives of z. A kernel evaluates the streams of tanh from them
where it needs them. Besides saved activations and cotangents, only the backward pass writes them to
memory, for the gradients by the weights.

`CHAIN[s]` holds what y'' and y''' multiply in stream s of tanh, as polynomials in the saved
activations: tuples of (coefficient, (i, j, ...)) for the product of activations i, j, ...
"""

import triton
import triton.language as tl
from triton.language.extra import libdevice


@triton.constexpr_function
def _part(table, *indices):
    for index in indices:
        table = table[index]
    return table


@triton.constexpr_function
def _length(table):
    return len(table)


@triton.constexpr_function
def _derivative(polynomial, i):
    """Return the polynomial that is the derivative by activation i."""
    return tuple(
        (coefficient, factors[:n] + factors[n + 1 :])
        for coefficient, factors in polynomial
        for n, factor in enumerate(factors)
        if factor == i
    )


@triton.jit
def _polynomial(activations, POLYNOMIAL: tl.constexpr):
    total = 0.0
    for n in tl.static_range(_length(POLYNOMIAL)):
        term = activations[_part(POLYNOMIAL, n, 1, 0)] * _part(POLYNOMIAL, n, 0)
        for m in tl.static_range(1, _length(_part(POLYNOMIAL, n, 1))):
            term = term * activations[_part(POLYNOMIAL, n, 1, m)]
        total = total + term
    return total


@triton.jit
def _tile(array, rows, columns, mask, WIDTH: tl.constexpr):
    return tl.load(array + rows[:, None] * WIDTH + columns[None, :], mask=mask, other=0.0)


@triton.jit
def _streams(
    array, rows, columns, mask,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    """Load all streams of some points; `rows` are those of the values."""
    streams = ()
    for s in tl.static_range(STREAMS):
        streams += (_tile(array, rows + s * POINTS, columns, mask, WIDTH),)
    return streams


@triton.jit
def _after_tanh(saved, S: tl.constexpr, CHAIN: tl.constexpr):
    """Evaluate stream S of tanh."""
    y = saved[0]
    if S == 0:
        return y
    else:
        stream = saved[S]
        if _length(_part(CHAIN, S, 0)) > 0:
            stream += -2 * y * _polynomial(saved, _part(CHAIN, S, 0))
        if _length(_part(CHAIN, S, 1)) > 0:
            stream += (6 * y * y - 2) * _polynomial(saved, _part(CHAIN, S, 1))
        return (1 - y * y) * stream


@triton.jit
def forward_layer(
    source, weight, bias, target, points,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, CHAIN: tl.constexpr,
    INPUTS: tl.constexpr, OUTPUTS: tl.constexpr, FIRST: tl.constexpr, LAST: tl.constexpr,
    PRECISION: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, STEP: tl.constexpr,
):  # fmt: skip
    """Compute saved activations, or outputs, of some points of any batches."""
    dtype = source.dtype.element_ty
    point = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    rows = point + (point // POINTS) * ((STREAMS - 1) * POINTS)  # of the values
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    is_point = (point < points)[:, None]
    z = ()
    for _ in tl.static_range(STREAMS):
        z += (tl.zeros((ROWS, COLUMNS), dtype),)
    for start in range(0, INPUTS, STEP):
        k = start + tl.arange(0, STEP)
        mask = (k < INPUTS)[:, None] & (columns < OUTPUTS)[None, :]
        w = tl.load(weight + columns[None, :] * INPUTS + k[:, None], mask=mask, other=0.0)
        inputs = _streams(
            source, rows, k, is_point & (k < INPUTS)[None, :], STREAMS, POINTS, INPUTS
        )
        sums = ()
        for s in tl.static_range(STREAMS):
            h = inputs[s] if FIRST else _after_tanh(inputs, s, CHAIN)
            sums += (tl.dot(h, w, z[s], input_precision=PRECISION, out_dtype=dtype),)
        z = sums
    place = target + rows[:, None] * OUTPUTS + columns[None, :]
    mask = is_point & (columns < OUTPUTS)[None, :]
    value = z[0] + tl.load(bias + columns, mask=columns < OUTPUTS, other=0.0)[None, :]
    if not LAST:
        value = libdevice.tanh(value)
    tl.store(place, value, mask=mask)
    for s in tl.static_range(1, STREAMS):
        tl.store(place + s * POINTS * OUTPUTS, z[s], mask=mask)


@triton.jit
def backward_layer(
    cotangent, weight, saved, target, inputs, points,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, CHAIN: tl.constexpr,
    INPUTS: tl.constexpr, OUTPUTS: tl.constexpr,
    PRECISION: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, STEP: tl.constexpr,
):  # fmt: skip
    """Compute cotangents of z of the layer before, and this layer's inputs, of some points."""
    dtype = cotangent.dtype.element_ty
    point = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    rows = point + (point // POINTS) * ((STREAMS - 1) * POINTS)
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    is_point = (point < points)[:, None]
    of_h = ()  # cotangents of the streams of tanh
    for _ in tl.static_range(STREAMS):
        of_h += (tl.zeros((ROWS, COLUMNS), dtype),)
    for start in range(0, OUTPUTS, STEP):
        k = start + tl.arange(0, STEP)
        mask = (k < OUTPUTS)[:, None] & (columns < INPUTS)[None, :]
        w = _tile(weight, k, columns, mask, INPUTS)
        mask = is_point & (k < OUTPUTS)[None, :]
        sums = ()
        for s in tl.static_range(STREAMS):
            of_z = _tile(cotangent, rows + s * POINTS, k, mask, OUTPUTS)
            sums += (tl.dot(of_z, w, of_h[s], input_precision=PRECISION, out_dtype=dtype),)
        of_h = sums
    inside = is_point & (columns < INPUTS)[None, :]
    activations = _streams(saved, rows, columns, inside, STREAMS, POINTS, INPUTS)
    y = activations[0]
    slope = 1 - y * y
    of_y = of_h[0]
    for s in tl.static_range(1, STREAMS):
        of_y += of_h[s] * (
            -2 * y * activations[s]
            + (6 * y * y - 2) * _polynomial(activations, _part(CHAIN, s, 0))
            + (16 - 24 * y * y) * y * _polynomial(activations, _part(CHAIN, s, 1))
        )
    place = target + rows[:, None] * INPUTS + columns[None, :]
    tl.store(place, slope * of_y, mask=inside)
    place_of_inputs = inputs + rows[:, None] * INPUTS + columns[None, :]
    for s in tl.static_range(STREAMS):
        h = _after_tanh(activations, s, CHAIN)
        tl.store(place_of_inputs + s * POINTS * INPUTS, h, mask=inside)
    for i in tl.static_range(1, STREAMS):
        of_z_i = of_h[i]
        for s in tl.static_range(1, STREAMS):
            second = _polynomial(activations, _derivative(_part(CHAIN, s, 0), i))
            third = _polynomial(activations, _derivative(_part(CHAIN, s, 1), i))
            of_z_i += of_h[s] * (-2 * y * second + (6 * y * y - 2) * third)
        tl.store(place + i * POINTS * INPUTS, slope * of_z_i, mask=inside)


@triton.jit
def layer_gradients(
    cotangent, inputs, of_weight, of_bias, common_weight, common_bias, stride,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, INPUTS: tl.constexpr, OUTPUTS: tl.constexpr,
    PRECISION: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, STEP: tl.constexpr,
):  # fmt: skip
    """Compute the gradients of one batch by a block of the weight, and by the bias."""
    dtype = cotangent.dtype.element_ty
    batch = tl.program_id(0)
    outputs = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    columns = tl.program_id(2) * COLUMNS + tl.arange(0, COLUMNS)
    is_output, is_column = (outputs < OUTPUTS)[None, :], (columns < INPUTS)[None, :]
    by_weight = tl.zeros((ROWS, COLUMNS), dtype)
    by_bias = tl.zeros((ROWS,), dtype)
    for start in range(0, STREAMS * POINTS, STEP):
        row = start + tl.arange(0, STEP)  # of the batch, first all values
        rows = batch * (STREAMS * POINTS) + row
        inside = (row < STREAMS * POINTS)[:, None]
        of_z = _tile(cotangent, rows, outputs, inside & is_output, OUTPUTS)
        h = _tile(inputs, rows, columns, inside & is_column, INPUTS)
        by_weight = tl.dot(tl.trans(of_z), h, by_weight, input_precision=PRECISION, out_dtype=dtype)
        if start < POINTS:
            by_bias += tl.sum(tl.where((row < POINTS)[:, None], of_z, 0.0), 0)
    place = outputs[:, None] * INPUTS + columns[None, :]
    mask = (outputs < OUTPUTS)[:, None] & is_column
    by_weight += tl.load(common_weight + place, mask=mask, other=0.0)
    tl.store(of_weight + batch * stride + place, by_weight, mask=mask)
    if tl.program_id(2) == 0:
        by_bias += tl.load(common_bias + outputs, mask=outputs < OUTPUTS, other=0.0)
        tl.store(of_bias + batch * stride + outputs, by_bias, mask=outputs < OUTPUTS)
