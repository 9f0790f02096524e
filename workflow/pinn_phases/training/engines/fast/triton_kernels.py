"""Triton kernels for the passes of the network; each computes all streams of one layer.

Arrays have the layout of `batched_network`, (batches, streams, points, width). The saved
activations of a layer are y = tanh(z) and the derivatives of z. Kernels recompute the streams of
tanh from them. Only the backward pass also writes these streams to memory, for the gradients with
respect to the weights.

`CHAIN[s]` has two polynomials in the saved activations: the factors of y'' and y''' in stream s of
tanh. A polynomial is a tuple of terms (coefficient, (i, j, ...)), each of which stands for the
coefficient times the product of activations i, j, ...

`grad_h` is the gradient of the loss with respect to h, and so on.
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
    """Return the partial derivative of the polynomial with respect to activation i."""
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
    """Load all streams of a block of points; `rows` are the rows of their values."""
    streams = ()
    for s in tl.static_range(STREAMS):
        streams += (_tile(array, rows + s * POINTS, columns, mask, WIDTH),)
    return streams


@triton.jit
def _after_tanh(saved, S: tl.constexpr, CHAIN: tl.constexpr):
    """Compute stream S of tanh."""
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
    """Compute saved activations, or the outputs, for a block of points of any batches."""
    dtype = source.dtype.element_ty
    point = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    rows = point + (point // POINTS) * ((STREAMS - 1) * POINTS)  # rows of the values
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
    pointers = target + rows[:, None] * OUTPUTS + columns[None, :]
    mask = is_point & (columns < OUTPUTS)[None, :]
    value = z[0] + tl.load(bias + columns, mask=columns < OUTPUTS, other=0.0)[None, :]
    if not LAST:
        value = libdevice.tanh(value)
    tl.store(pointers, value, mask=mask)
    for s in tl.static_range(1, STREAMS):
        tl.store(pointers + s * POINTS * OUTPUTS, z[s], mask=mask)


@triton.jit
def backward_layer(
    cotangent, weight, saved, target, inputs, points,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, CHAIN: tl.constexpr,
    INPUTS: tl.constexpr, OUTPUTS: tl.constexpr,
    PRECISION: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, STEP: tl.constexpr,
):  # fmt: skip
    """Compute the cotangents of z of the previous layer and the inputs of this one, for a block."""
    dtype = cotangent.dtype.element_ty
    point = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    rows = point + (point // POINTS) * ((STREAMS - 1) * POINTS)
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    is_point = (point < points)[:, None]
    grad_h = ()  # of all streams of tanh
    for _ in tl.static_range(STREAMS):
        grad_h += (tl.zeros((ROWS, COLUMNS), dtype),)
    for start in range(0, OUTPUTS, STEP):
        k = start + tl.arange(0, STEP)
        mask = (k < OUTPUTS)[:, None] & (columns < INPUTS)[None, :]
        w = _tile(weight, k, columns, mask, INPUTS)
        mask = is_point & (k < OUTPUTS)[None, :]
        sums = ()
        for s in tl.static_range(STREAMS):
            grad_z = _tile(cotangent, rows + s * POINTS, k, mask, OUTPUTS)
            sums += (tl.dot(grad_z, w, grad_h[s], input_precision=PRECISION, out_dtype=dtype),)
        grad_h = sums
    inside = is_point & (columns < INPUTS)[None, :]
    activations = _streams(saved, rows, columns, inside, STREAMS, POINTS, INPUTS)
    y = activations[0]
    slope = 1 - y * y
    grad_y = grad_h[0]
    for s in tl.static_range(1, STREAMS):
        grad_y += grad_h[s] * (
            -2 * y * activations[s]
            + (6 * y * y - 2) * _polynomial(activations, _part(CHAIN, s, 0))
            + (16 - 24 * y * y) * y * _polynomial(activations, _part(CHAIN, s, 1))
        )
    pointers = target + rows[:, None] * INPUTS + columns[None, :]
    tl.store(pointers, slope * grad_y, mask=inside)
    input_pointers = inputs + rows[:, None] * INPUTS + columns[None, :]
    for s in tl.static_range(STREAMS):
        h = _after_tanh(activations, s, CHAIN)
        tl.store(input_pointers + s * POINTS * INPUTS, h, mask=inside)
    for i in tl.static_range(1, STREAMS):
        grad_z_i = grad_h[i]
        for s in tl.static_range(1, STREAMS):
            second = _polynomial(activations, _derivative(_part(CHAIN, s, 0), i))
            third = _polynomial(activations, _derivative(_part(CHAIN, s, 1), i))
            grad_z_i += grad_h[s] * (-2 * y * second + (6 * y * y - 2) * third)
        tl.store(pointers + i * POINTS * INPUTS, slope * grad_z_i, mask=inside)


@triton.jit
def layer_gradients(
    cotangent, inputs, weight_gradient, bias_gradient, common_weight, common_bias, stride,
    STREAMS: tl.constexpr, POINTS: tl.constexpr, INPUTS: tl.constexpr, OUTPUTS: tl.constexpr,
    PRECISION: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr, STEP: tl.constexpr,
):  # fmt: skip
    """Compute the gradients of a block of the weight, and of the bias, for one batch."""
    dtype = cotangent.dtype.element_ty
    batch = tl.program_id(0)
    outputs = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    columns = tl.program_id(2) * COLUMNS + tl.arange(0, COLUMNS)
    is_output, is_column = (outputs < OUTPUTS)[None, :], (columns < INPUTS)[None, :]
    grad_w = tl.zeros((ROWS, COLUMNS), dtype)
    grad_b = tl.zeros((ROWS,), dtype)
    for start in range(0, STREAMS * POINTS, STEP):
        row = start + tl.arange(0, STEP)  # within the batch; the first rows are the values
        rows = batch * (STREAMS * POINTS) + row
        inside = (row < STREAMS * POINTS)[:, None]
        grad_z = _tile(cotangent, rows, outputs, inside & is_output, OUTPUTS)
        h = _tile(inputs, rows, columns, inside & is_column, INPUTS)
        grad_w = tl.dot(tl.trans(grad_z), h, grad_w, input_precision=PRECISION, out_dtype=dtype)
        if start < POINTS:
            grad_b += tl.sum(tl.where((row < POINTS)[:, None], grad_z, 0.0), 0)
    offsets = outputs[:, None] * INPUTS + columns[None, :]
    mask = (outputs < OUTPUTS)[:, None] & is_column
    grad_w += tl.load(common_weight + offsets, mask=mask, other=0.0)
    tl.store(weight_gradient + batch * stride + offsets, grad_w, mask=mask)
    if tl.program_id(2) == 0:
        grad_b += tl.load(common_bias + outputs, mask=outputs < OUTPUTS, other=0.0)
        tl.store(bias_gradient + batch * stride + outputs, grad_b, mask=outputs < OUTPUTS)
