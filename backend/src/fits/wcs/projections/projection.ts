import type { Vector } from '../vector.ts'

/** A point of the projection plane, radians (paper II, section 2.2, with R0 = 1). */
export type PlanePoint = Float64Array

/**
 * A map between the plane and the native sphere, whose directions are unit vectors
 * (cos theta cos phi, cos theta sin phi, sin theta).
 */
export interface Projection {
  code: string
  /** Native latitude of the fiducial point, degrees: 90 for zenithal projections, 0 for the others. */
  theta0Deg: 0 | 90
  /** False where the point is outside the projected sphere. */
  toSphere(x: number, y: number, out: Vector): boolean
  /** False where the direction has no image, such as the far half of the sky in TAN. */
  toPlane(direction: Vector, out: PlanePoint): boolean
  /**
   * Upper bound, radians, of the angle between the direction at (x, y) and that of any point within `h` of it.
   * -1 where no point within `h` has a direction; Infinity where nothing can be said, and wherever some points
   * within `h` have no direction.
   */
  reach(x: number, y: number, h: number): number
}

/** A point this far outside the sphere's image still counts as on its edge: rounding, radians. */
export const EDGE_TOLERANCE = 1e-12
