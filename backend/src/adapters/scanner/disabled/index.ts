export { createDisabledScanner } from './disabled-scanner.ts'
