export type { StagedInput, StagedSource } from './staged-input.ts'
export { createStagingRoutes, type StagingRoutesOptions } from './staging-routes.ts'
export { createStagingTokens, type StagingGrant, type StagingTokens } from './staging-token.ts'
