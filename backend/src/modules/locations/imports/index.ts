export { createImports, type ImportsOptions } from './create-imports.ts'
export { forgetPerson } from './forget-person.ts'
export { type ImportsPartOptions, importsPart } from './imports-part.ts'
