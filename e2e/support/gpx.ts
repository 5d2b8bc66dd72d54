interface TrackPoint {
  readonly latitude: number
  readonly longitude: number
  readonly time: Date
}

/** A GPX 1.1 file of tracks, each under the name of its device, one point a line. */
export function gpxOf(
  tracks: readonly { readonly name: string; readonly points: readonly TrackPoint[] }[],
): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="fairlead-e2e" xmlns="http://www.topografix.com/GPX/1/1">',
    ...tracks.flatMap(({ name, points }) => [
      `<trk><name>${name}</name><trkseg>`,
      ...points.map(
        ({ latitude, longitude, time }) =>
          `<trkpt lat="${latitude}" lon="${longitude}"><time>${time.toISOString()}</time></trkpt>`,
      ),
      '</trkseg></trk>',
    ]),
    '</gpx>',
  ].join('\n')
}

/** The same file, and the line of the point with this latitude. */
export function lineOf(gpx: string, latitude: number): number {
  return gpx.split('\n').findIndex((line) => line.includes(`lat="${latitude}"`)) + 1
}
