/** Unpacked at a time. zlib's own 16 KiB are a journey to another thread each, which takes longer than their unpacking. */
export const UNPACKED_BYTES = 256 * 1024
