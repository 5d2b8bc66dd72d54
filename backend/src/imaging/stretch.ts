export const STRETCHES = ['linear', 'sqrt', 'log', 'asinh'] as const
/** How values between the cuts spread over the colours: all but linear lift faint values. */
export type Stretch = (typeof STRETCHES)[number]

export function isStretch(text: string): text is Stretch {
  return (STRETCHES as readonly string[]).includes(text)
}

/** Contrast of the logarithm, as in SAOImage DS9. */
const LOG_CONTRAST = 1000
/** Where the inverse hyperbolic sine turns from linear to logarithmic, as a share of the range. */
const ASINH_SOFTENING = 0.1

/** From [0, 1] to [0, 1], rising. */
export function stretchFunction(stretch: Stretch): (t: number) => number {
  switch (stretch) {
    case 'linear':
      return (t) => t
    case 'sqrt':
      return Math.sqrt
    case 'log': {
      const full = Math.log1p(LOG_CONTRAST)
      return (t) => Math.log1p(LOG_CONTRAST * t) / full
    }
    case 'asinh': {
      const full = Math.asinh(1 / ASINH_SOFTENING)
      return (t) => Math.asinh(t / ASINH_SOFTENING) / full
    }
  }
}
