export { type Band, bandToPlanes, type PlaneRange } from './band-to-planes.ts'
export { SpectralAxis } from './spectral-axis.ts'
