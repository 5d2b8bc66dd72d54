export { algorithmOfManifest, workflowOfManifest } from './manifest-spec.ts'
export { type SpecLimits, specLimits } from './spec-limits.ts'
export { algorithmOfRequestMessage, type GivenSpec, workflowOfRequestMessage } from './spec-of-request.ts'
