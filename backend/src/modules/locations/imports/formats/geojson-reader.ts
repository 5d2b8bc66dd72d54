import { FEATURE_MAX_LENGTH, FeatureSplitter } from './feature-splitter.ts'
import { FixFileError } from './fix-file-error.ts'
import type { FixFileReader, RowReceiver } from './fix-row.ts'
import { jsonNames, receiveObject } from './json-fixes.ts'
import type { TimeReader } from './time-reader.ts'

/** A FeatureCollection, one feature, or a list of features or plain objects; a line is the feature's place. */
export function geojsonReader(receiver: RowReceiver, readTime: TimeReader): FixFileReader {
  let place = 0
  const reject = (description: string) => receiver.reject({ line: place, field: '', description, device: '' })
  const features = new FeatureSplitter({
    feature(json) {
      place++
      let value: unknown
      try {
        value = JSON.parse(json)
      } catch {
        return reject('is no JSON')
      }
      receiveObject(value, place, readTime, receiver)
    },
    tooLong() {
      place++
      reject(`is longer than ${FEATURE_MAX_LENGTH / 1024 / 1024} MB: cut the track into several features`)
    },
  })
  return {
    push: (text) => features.push(text),
    end() {
      const document = features.end()
      if (place > 0 || Array.isArray(document)) return
      const { type, features: list } = (document ?? {}) as { type?: unknown; features?: unknown }
      if (type === 'Feature') {
        place = 1
        receiveObject(document, place, readTime, receiver)
      } else if (!Array.isArray(list))
        throw new FixFileError(
          'The file is no GeoJSON: it has neither a list of features nor is it a feature.',
        )
    },
    nameOf: (column) => (column === 'latitude' || column === 'longitude' ? 'geometry' : jsonNames[column]),
  }
}
