/** Three numbers; directions are unit vectors. */
export type Vector = Float64Array

/** Row-major 3 x 3. */
export type Matrix = readonly number[]

export const DEGREES = 180 / Math.PI

export function newVector(x = 0, y = 0, z = 0): Vector {
  return Float64Array.of(x, y, z)
}

export function vectorOf(lonDeg: number, latDeg: number, out: Vector = newVector()): Vector {
  const lon = lonDeg / DEGREES
  const lat = latDeg / DEGREES
  const cosLat = Math.cos(lat)
  out[0] = cosLat * Math.cos(lon)
  out[1] = cosLat * Math.sin(lon)
  out[2] = Math.sin(lat)
  return out
}

/** Longitude of a direction, degrees, [0, 360). */
export function lonDegOf(v: Vector): number {
  const lon = Math.atan2(at(v, 1), at(v, 0)) * DEGREES
  if (lon >= 0) return lon
  // A tiny negative angle rounds up to 360 when 360 is added.
  return lon + 360 < 360 ? lon + 360 : 0
}

/** Latitude of a direction, degrees. Keeps its precision next to the poles, which an arc sine loses. */
export function latDegOf(v: Vector): number {
  return Math.atan2(at(v, 2), Math.hypot(at(v, 0), at(v, 1))) * DEGREES
}

/** Element of a vector whose length is known. */
export function at(v: Vector, index: 0 | 1 | 2): number {
  return v[index] as number
}

export function dot(a: Vector, b: Vector): number {
  return at(a, 0) * at(b, 0) + at(a, 1) * at(b, 1) + at(a, 2) * at(b, 2)
}

export function cross(a: Vector, b: Vector, out: Vector = newVector()): Vector {
  const x = at(a, 1) * at(b, 2) - at(a, 2) * at(b, 1)
  const y = at(a, 2) * at(b, 0) - at(a, 0) * at(b, 2)
  const z = at(a, 0) * at(b, 1) - at(a, 1) * at(b, 0)
  out[0] = x
  out[1] = y
  out[2] = z
  return out
}

export function normalize(v: Vector): Vector {
  const length = Math.hypot(at(v, 0), at(v, 1), at(v, 2))
  return newVector(at(v, 0) / length, at(v, 1) / length, at(v, 2) / length)
}

/** Angle between two directions, radians; exact for tiny angles and for nearly opposite directions alike. */
export function angleBetween(a: Vector, b: Vector): number {
  const x = at(a, 1) * at(b, 2) - at(a, 2) * at(b, 1)
  const y = at(a, 2) * at(b, 0) - at(a, 0) * at(b, 2)
  const z = at(a, 0) * at(b, 1) - at(a, 1) * at(b, 0)
  return Math.atan2(Math.sqrt(x * x + y * y + z * z), dot(a, b))
}

/** out = m v; out may be v. */
export function rotate(m: Matrix, v: Vector, out: Vector): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m
  const x = at(v, 0)
  const y = at(v, 1)
  const z = at(v, 2)
  out[0] = a * x + b * y + c * z
  out[1] = d * x + e * y + f * z
  out[2] = g * x + h * y + i * z
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  const product: number[] = []
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0
      for (let k = 0; k < 3; k++) sum += (a[3 * row + k] as number) * (b[3 * k + column] as number)
      product.push(sum)
    }
  }
  return product
}

export function transpose(m: Matrix): Matrix {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m
  return [a, d, g, b, e, h, c, f, i]
}

/** Turns the axes by an angle about x, y or z (the convention of the Explanatory Supplement). */
export function axisRotation(axis: 'x' | 'y' | 'z', angleDeg: number): Matrix {
  const s = Math.sin(angleDeg / DEGREES)
  const c = Math.cos(angleDeg / DEGREES)
  switch (axis) {
    case 'x':
      return [1, 0, 0, 0, c, s, 0, -s, c]
    case 'y':
      return [c, 0, -s, 0, 1, 0, s, 0, c]
    case 'z':
      return [c, s, 0, -s, c, 0, 0, 0, 1]
  }
}
