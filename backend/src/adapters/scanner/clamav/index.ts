export { ClamavScanner, type ClamavScannerOptions } from './clamav-scanner.ts'
