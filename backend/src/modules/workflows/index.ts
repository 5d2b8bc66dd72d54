export {
  parseStepPayload,
  type StepFanOut,
  type StepPayload,
  type StepSource,
  type StepSourceItem,
} from './step-payload.ts'
