/** Something that the worker process runs beside others from its start to its stop. */
export interface WorkerPart {
  start(): Promise<void>
  /** Lets what is under way end. */
  stop(): Promise<void>
  /** False when it cannot do its work, for longer than a passing fault lasts. */
  healthy(): boolean
}
