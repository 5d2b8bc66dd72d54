export { type LocationPolicy, type PolicyPath, type PolicyUpdate, policyPaths } from './location-policy.ts'
export { PolicyService } from './policy-service.ts'
export { policyOf } from './policy-store.ts'
