/** Of a task's order: reads an image that is to become a dataset. No service has such an id. */
export const READ_IMAGE = '#read-image'

export const FACTS_FILE = 'facts.json'
export const PYRAMID_FILE = 'pyramid'

/** Reason of a task that failed for what the file is; its message is for people. */
export const UNREADABLE = 'IMAGE_UNREADABLE'
