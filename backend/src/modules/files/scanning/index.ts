export { scannerMethods } from './scanner-methods.ts'
export { scanningPart } from './scanning-part.ts'
