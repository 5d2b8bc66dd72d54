export { type LocationPolicy, type PolicyPath, type PolicyUpdate, policyPaths } from './location-policy.ts'
export { organizationNo } from './organization-no.ts'
export { PolicyService } from './policy-service.ts'
export { policyOf } from './policy-store.ts'
