#!/usr/bin/env python3
"""Golden values of the optimizers and schedules, in plain Python, written from
the formulas in Keras's documentation.

    python3 optimizers.py    # train/optimizers/golden_test.go

Two weights, [0.5, -1] and [2], descend on 3*a**2 + b**2 + sin(5*c) for 50 steps;
the values after steps 1, 2 and 50 are printed.
"""

from math import cos, floor, ceil, log, pi, sqrt


def gradient(w):
    return [6 * w[0], 2 * w[1], 5 * cos(5 * w[2])]


def descend(step, scale=1.0):
    w, state, shown = [0.5, -1.0, 2.0], {}, []
    for t in range(1, 51):
        g = [scale * v for v in gradient(w)]
        w = step(t, w, g, state)
        if t in (1, 2, 50):
            shown += w
    return shown


def each(update, slots, first=0.0):
    def step(t, w, g, state):
        new = []
        for i in range(len(w)):
            s = state.setdefault(i, [first] * slots)
            new.append(update(t, w[i], g[i], s))
        return new

    return step


def sgd(t, w, g, s, lr=0.01):
    return w - lr * g


def momentum(t, w, g, s, lr=0.01, m=0.9):
    s[0] = m * s[0] - lr * g
    return w + s[0]


def nesterov(t, w, g, s, lr=0.01, m=0.9):
    s[0] = m * s[0] - lr * g
    return w + m * s[0] - lr * g


def adam(t, w, g, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    s[0] = b1 * s[0] + (1 - b1) * g
    s[1] = b2 * s[1] + (1 - b2) * g * g
    return w - lr * sqrt(1 - b2**t) / (1 - b1**t) * s[0] / (sqrt(s[1]) + eps)


def adamw(t, w, g, s):
    return adam(t, w - 0.001 * 0.004 * w, g, s)


def adamax(t, w, g, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    s[0] = b1 * s[0] + (1 - b1) * g
    s[1] = max(b2 * s[1], abs(g))
    return w - lr / (1 - b1**t) * s[0] / (s[1] + eps)


def nadam(t, w, g, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    u = [b1 * (1 - 0.5 * 0.96**k) for k in range(t + 2)]
    product = 1.0
    for k in range(1, t + 1):
        product *= u[k]
    s[0] = b1 * s[0] + (1 - b1) * g
    s[1] = b2 * s[1] + (1 - b2) * g * g
    m = u[t + 1] * s[0] / (1 - product * u[t + 1]) + (1 - u[t]) * g / (1 - product)
    return w - lr * m / (sqrt(s[1] / (1 - b2**t)) + eps)


def rmsprop(t, w, g, s, lr=0.001, rho=0.9, eps=1e-7):
    s[0] = rho * s[0] + (1 - rho) * g * g
    return w - lr * g / sqrt(s[0] + eps)


def rmsprop_centered(t, w, g, s, lr=0.001, rho=0.9, eps=1e-7, m=0.5):
    s[0] = rho * s[0] + (1 - rho) * g * g
    s[1] = rho * s[1] + (1 - rho) * g
    s[2] = m * s[2] + lr * g / sqrt(s[0] - s[1] ** 2 + eps)
    return w - s[2]


def rmsprop_momentum(t, w, g, s, lr=0.001, rho=0.9, eps=1e-7, m=0.9):
    s[0] = rho * s[0] + (1 - rho) * g * g
    s[1] = m * s[1] + lr * g / sqrt(s[0] + eps)
    return w - s[1]


def adagrad(t, w, g, s, lr=0.001, eps=1e-7):
    s[0] += g * g
    return w - lr * g / sqrt(s[0] + eps)


def adadelta(t, w, g, s, lr=0.001, rho=0.95, eps=1e-7):
    s[0] = rho * s[0] + (1 - rho) * g * g
    d = -sqrt(s[1] + eps) / sqrt(s[0] + eps) * g
    s[1] = rho * s[1] + (1 - rho) * d * d
    return w + lr * d


def lion(t, w, g, s, lr=0.001, b1=0.9, b2=0.99):
    c = b1 * s[0] + (1 - b1) * g
    s[0] = b2 * s[0] + (1 - b2) * g
    return w - lr * ((c > 0) - (c < 0))


def clipped(limit_of):
    def step(t, w, g, state):
        return each(sgd, 1)(t, w, limit_of(g), state)

    return step


def norm(g):
    return sqrt(sum(v * v for v in g))


def by_norm(g):
    def one(part):
        n = norm(part)
        return [v / n for v in part] if n > 1 else part

    return one(g[:2]) + one(g[2:])


def by_global_norm(g):
    n = norm(g)
    return [v / n for v in g] if n > 1 else g


def decayed(t, w, g, state):
    return [v - 0.01 * 0.1 * v - 0.01 * d for v, d in zip(w, g)]


def averaged(t, w, g, state):
    """What is printed is the average; the weights go on."""
    raw = state.setdefault("w", w)
    raw = [v - 0.01 * d for v, d in zip(raw, gradient(raw))]
    a = raw if t == 1 else [0.9 * x + 0.1 * v for x, v in zip(state["a"], raw)]
    state["w"], state["a"] = raw, a
    return a


def accumulated(t, w, g, state):
    """Updates in every third step, by the mean of three gradients."""
    state.setdefault("g", []).append(g)
    if t % 3:
        return w
    mean = [sum(v) / 3 for v in zip(*state["g"])]
    state["g"] = []
    return [v - 0.01 * d for v, d in zip(w, mean)]


def scheduled(t, w, g, state):
    lr = exponential(t - 1)
    return [v - lr * d for v, d in zip(w, g)]


def exponential(step, staircase=False):
    p = step / 20
    return 0.1 * 0.5 ** (floor(p) if staircase else p)


def inverse(step, staircase=False):
    p = step / 20
    return 0.1 / (1 + 0.5 * (floor(p) if staircase else p))


def piecewise(step):
    return 0.1 if step <= 10 else 0.05 if step <= 30 else 0.01


def polynomial(step, cycle=False):
    n = 20.0
    if cycle:
        n *= max(1, ceil(step / n))
    else:
        step = min(step, n)
    return (0.1 - 0.01) * (1 - step / n) ** 2 + 0.01


def cosine(step):
    return 0.1 * ((1 - 0.1) * 0.5 * (1 + cos(pi * min(step, 20) / 20)) + 0.1)


def warmed(step):
    if step < 5:
        return 0.01 + (0.2 - 0.01) * step / 5
    return 0.2 * 0.5 * (1 + cos(pi * min(step - 5, 20) / 20))


def restarts(step, t_mul=2.0, m_mul=0.5, alpha=0.1):
    done = step / 10
    if t_mul == 1.0:
        i = floor(done)
        fraction = done - i
    else:
        i = floor(log(1 - done * (1 - t_mul)) / log(t_mul))
        fraction = (done - (1 - t_mul**i) / (1 - t_mul)) / t_mul**i
    return 0.1 * ((1 - alpha) * 0.5 * m_mul**i * (1 + cos(pi * fraction)) + alpha)


def show(name, values):
    print('\t"%s": {%s},' % (name, ", ".join("%.15g" % v for v in values)))


if __name__ == "__main__":
    for f, slots in [(sgd, 1), (momentum, 1), (nesterov, 1), (adam, 2), (adamw, 2), (adamax, 2), (nadam, 2), (rmsprop, 1),
                     (rmsprop_momentum, 2), (rmsprop_centered, 3), (adadelta, 2), (lion, 1)]:
        show(f.__name__, descend(each(f, slots)))
    show("adagrad", descend(each(adagrad, 1, 0.1)))
    show("clip_value", descend(clipped(lambda g: [min(max(v, -0.5), 0.5) for v in g])))
    show("clip_norm", descend(clipped(by_norm)))
    show("global_clip_norm", descend(clipped(by_global_norm)))
    for f in (decayed, averaged, accumulated, scheduled):
        show(f.__name__, descend(f))
    steps = range(0, 60, 3)
    show("exponential", map(exponential, steps))
    show("exponential_stairs", [exponential(s, True) for s in steps])
    show("inverse", map(inverse, steps))
    show("inverse_stairs", [inverse(s, True) for s in steps])
    show("piecewise", map(piecewise, steps))
    show("polynomial", map(polynomial, steps))
    show("polynomial_cycle", [polynomial(s, True) for s in steps])
    show("cosine", map(cosine, steps))
    show("cosine_warmup", map(warmed, steps))
    show("restarts", map(restarts, steps))
    show("restarts_equal", [restarts(s, 1.0, 0.8, 0.0) for s in steps])
