export { LEDGER_USAGE, runLedgerCommand } from './ledger-command.ts'
export { ledgerMetrics } from './ledger-metrics.ts'
export { createSealer, seal } from './sealer.ts'
export {
  createVerifications,
  type LedgerState,
  ledgerState,
  requestVerification,
  type VerificationRecord,
} from './verifications.ts'
export { type SealPosition, type Verification, type VerifyOptions, verify } from './verify.ts'
