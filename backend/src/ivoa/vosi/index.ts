export { type VosiOptions, withVosi } from './vosi-route.ts'
