/** One term of a polynomial in two variables: coefficient x u^p x v^q. */
export interface Term {
  p: number
  q: number
  coefficient: number
}

/** (u, v) to (f(u, v), g(u, v)), both polynomials, with an inverse near a first guess. */
export class PolynomialMap {
  readonly #f: readonly Term[]
  readonly #g: readonly Term[]

  constructor(f: readonly Term[], g: readonly Term[]) {
    this.#f = f.filter(({ coefficient }) => coefficient !== 0)
    this.#g = g.filter(({ coefficient }) => coefficient !== 0)
  }

  apply(u: number, v: number, out: Float64Array): void {
    out[0] = evaluate(this.#f, u, v)
    out[1] = evaluate(this.#g, u, v)
  }

  /**
   * Newton's method from (u0, v0), until a step is below `tolerance`; false where it does not settle, as far
   * beyond the field that the polynomials were fitted to.
   */
  invert(f: number, g: number, u0: number, v0: number, tolerance: number, out: Float64Array): boolean {
    let u = u0
    let v = v0
    for (let step = 0; step < 50; step++) {
      const df = f - evaluate(this.#f, u, v)
      const dg = g - evaluate(this.#g, u, v)
      const fu = derivative(this.#f, u, v, 'u')
      const fv = derivative(this.#f, u, v, 'v')
      const gu = derivative(this.#g, u, v, 'u')
      const gv = derivative(this.#g, u, v, 'v')
      const determinant = fu * gv - fv * gu
      const du = (df * gv - dg * fv) / determinant
      const dv = (dg * fu - df * gu) / determinant
      u += du
      v += dv
      if (!Number.isFinite(u) || !Number.isFinite(v)) return false
      if (Math.abs(du) + Math.abs(dv) < tolerance) {
        out[0] = u
        out[1] = v
        return true
      }
    }
    return false
  }

  /** Upper bound of how much distances grow anywhere within |u| and |v|. */
  maxStretch(u: number, v: number): number {
    const bound = (terms: readonly Term[], by: 'u' | 'v'): number =>
      derivative(
        terms.map((term) => ({ ...term, coefficient: Math.abs(term.coefficient) })),
        Math.abs(u),
        Math.abs(v),
        by,
      )
    return Math.hypot(bound(this.#f, 'u'), bound(this.#f, 'v'), bound(this.#g, 'u'), bound(this.#g, 'v'))
  }
}

function evaluate(terms: readonly Term[], u: number, v: number): number {
  let sum = 0
  for (const { p, q, coefficient } of terms) sum += coefficient * u ** p * v ** q
  return sum
}

function derivative(terms: readonly Term[], u: number, v: number, by: 'u' | 'v'): number {
  let sum = 0
  for (const { p, q, coefficient } of terms) {
    if (by === 'u' && p > 0) sum += coefficient * p * u ** (p - 1) * v ** q
    if (by === 'v' && q > 0) sum += coefficient * q * u ** p * v ** (q - 1)
  }
  return sum
}
