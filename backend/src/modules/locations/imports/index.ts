export { createImports, type ImportsOptions } from './create-imports.ts'
export { forgetDevices } from './forget-devices.ts'
export { type ImportsPartOptions, importsPart } from './imports-part.ts'
