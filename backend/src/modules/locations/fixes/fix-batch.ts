/**
 * Valid fixes of one organisation, in columns of one length. Validation is over: whoever makes a batch does so with
 * FixBatchBuilder.
 */
export interface FixBatch {
  readonly organizationNo: number
  /** Of the organisation, when the devices were read: what was taken away since is found by it. */
  readonly devicesVersion: number
  /** Rows; each column has as many. */
  readonly length: number
  readonly deviceNos: Int32Array
  readonly personNos: Int32Array
  /** Whole milliseconds since 1970. */
  readonly timesMs: Float64Array
  /** Degrees, -90 to 90. */
  readonly latitudes: Float64Array
  /** Degrees, -180 to below 180. */
  readonly longitudes: Float64Array
  /** Metres, 0 for not known. */
  readonly accuraciesM: Float32Array
}
