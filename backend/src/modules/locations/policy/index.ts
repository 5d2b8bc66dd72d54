export { organizationNo } from './organization-no.ts'
