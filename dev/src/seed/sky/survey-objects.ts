import { Random } from './random.ts'

export interface SkyObject {
  kind: 'star' | 'elliptical' | 'spiral'
  raDeg: number
  decDeg: number
  /** Total counts. */
  flux: number
  /** Half-light radius of an elliptical, scale length of a spiral's disc, pixels. */
  radiusPx: number
  /** Short axis over long axis. */
  flattening: number
  angleRad: number
}

export interface SurveyField {
  raDeg: number
  decDeg: number
  sideDeg: number
  pixelDeg: number
}

const STARS = 2600
const GALAXIES = 420
const PSF_SIGMA_PX = 1.5

/** The field's sky: many faint stars and few bright ones, galaxies near and far, one large spiral off its middle. */
export function surveyObjects(field: SurveyField): SkyObject[] {
  const random = new Random(1781)
  const place = (): Pick<SkyObject, 'raDeg' | 'decDeg'> => {
    const decDeg = field.decDeg + random.between(-0.55, 0.55) * field.sideDeg
    const raDeg =
      field.raDeg + (random.between(-0.55, 0.55) * field.sideDeg) / Math.cos((decDeg * Math.PI) / 180)
    return { raDeg, decDeg }
  }
  const objects: SkyObject[] = []
  for (let i = 0; i < STARS; i++) {
    const flux = Math.min(1.5e6, 450 * (1 - random.uniform()) ** -1.15)
    objects.push({ kind: 'star', ...place(), flux, radiusPx: 0, flattening: 1, angleRad: 0 })
  }
  for (let i = 0; i < GALAXIES; i++) {
    const flux = Math.min(3e5, 1500 * (1 - random.uniform()) ** -1.05)
    objects.push({
      kind: random.uniform() < 0.35 ? 'elliptical' : 'spiral',
      ...place(),
      flux,
      radiusPx: 1.6 * (flux / 1500) ** 0.42 * random.between(0.7, 1.4),
      flattening: random.between(0.25, 1),
      angleRad: random.between(0, Math.PI),
    })
  }
  const offset = (eastPx: number, northPx: number): Pick<SkyObject, 'raDeg' | 'decDeg'> => ({
    raDeg: field.raDeg + (eastPx * field.pixelDeg) / Math.cos((field.decDeg * Math.PI) / 180),
    decDeg: field.decDeg + northPx * field.pixelDeg,
  })
  objects.push(
    { kind: 'spiral', ...offset(330, 290), flux: 5.2e6, radiusPx: 62, flattening: 0.72, angleRad: 0.6 },
    { kind: 'spiral', ...offset(-820, -610), flux: 1.6e6, radiusPx: 40, flattening: 0.28, angleRad: 2.3 },
    { kind: 'elliptical', ...offset(-560, 760), flux: 2.2e6, radiusPx: 34, flattening: 0.8, angleRad: 1.2 },
  )
  return objects
}

/** Adds an object's light, with the photon noise that a bright one brings, around pixel (x, y), counted from 0. */
export function addObject(
  pixels: Float32Array,
  side: number,
  object: SkyObject,
  x: number,
  y: number,
  random: Random,
): void {
  const profile = profileOf(object)
  const xMin = Math.max(0, Math.ceil(x - profile.reachPx))
  const xMax = Math.min(side - 1, Math.floor(x + profile.reachPx))
  const yMin = Math.max(0, Math.ceil(y - profile.reachPx))
  const yMax = Math.min(side - 1, Math.floor(y + profile.reachPx))
  for (let row = yMin; row <= yMax; row++) {
    for (let column = xMin; column <= xMax; column++) {
      const light = profile.brightness(column - x, row - y)
      const index = row * side + column
      const noise = light > 4 ? 0.55 * Math.sqrt(light) * random.gaussian() : 0
      pixels[index] = (pixels[index] as number) + light + noise
    }
  }
}

interface Profile {
  reachPx: number
  brightness(dx: number, dy: number): number
}

function profileOf(object: SkyObject): Profile {
  switch (object.kind) {
    case 'star':
      return moffat(object.flux)
    case 'elliptical':
      return elliptical(object)
    case 'spiral':
      return spiral(object)
  }
}

/** Moffat's profile with an exponent of 3: a core and the wings that seeing gives. */
function moffat(flux: number): Profile {
  const scale = 2.36 * PSF_SIGMA_PX
  const peak = (2 * flux) / (Math.PI * scale * scale)
  return {
    reachPx: Math.min(90, scale * Math.max(2, (peak / 0.4) ** (1 / 6))),
    brightness: (dx, dy) => peak / (1 + (dx * dx + dy * dy) / (scale * scale)) ** 3,
  }
}

/** Sersic's profile with an index of 2.5, softened by seeing. */
function elliptical(object: SkyObject): Profile {
  const b = 4.67
  const peak = (object.flux * 0.09 * b) / (object.radiusPx ** 2 * object.flattening)
  const toAxes = axes(object)
  return {
    reachPx: 7 * object.radiusPx + 8,
    brightness: (dx, dy) => {
      const [along, across] = toAxes(dx, dy)
      const radius = Math.sqrt(along * along + across * across + PSF_SIGMA_PX ** 2) / object.radiusPx
      return peak * Math.exp(-b * radius ** 0.4)
    },
  }
}

/** An exponential disc with a bulge and, where it is large enough to show them, two logarithmic arms. */
function spiral(object: SkyObject): Profile {
  const { radiusPx } = object
  const disc = (0.8 * object.flux) / (2 * Math.PI * radiusPx * radiusPx * object.flattening)
  const bulge = 7 * disc
  const toAxes = axes(object)
  const contrast = radiusPx > 8 ? 0.75 : 0
  return {
    reachPx: 6.5 * radiusPx + 8,
    brightness: (dx, dy) => {
      const [along, across] = toAxes(dx, dy)
      const radius = Math.sqrt(along * along + across * across + PSF_SIGMA_PX ** 2)
      const arms = Math.cos(2 * (Math.atan2(across, along) - 2.6 * Math.log(radius / radiusPx + 0.12)))
      const knots = Math.cos(9 * Math.log(radius / radiusPx + 0.3) + 5 * Math.atan2(across, along))
      const inDisc = 1 + contrast * Math.min(1, radius / radiusPx) * (arms + 0.2 * knots * Math.max(0, arms))
      return (
        disc * Math.exp(-radius / radiusPx) * inDisc +
        bulge * Math.exp(-((radius / (0.28 * radiusPx + 1)) ** 0.9))
      )
    },
  }
}

/** Turns offsets into the object's own axes, the short one stretched so that distances run along the long one. */
function axes({ angleRad, flattening }: SkyObject): (dx: number, dy: number) => [number, number] {
  const cosine = Math.cos(angleRad)
  const sine = Math.sin(angleRad)
  return (dx, dy) => [dx * cosine + dy * sine, (dy * cosine - dx * sine) / flattening]
}
