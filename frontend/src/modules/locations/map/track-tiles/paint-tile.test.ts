import { describe, expect, test } from 'vitest'
import { paintTile, tilePx, worldPxOf } from './paint-tile'
import { pixelLine } from './pixel-lines'
import { worldX, worldY } from './world-track'

/** Writes down what is drawn. */
function paper() {
  const strokes: [number, number][][] = []
  const dots: [number, number][] = []
  let path: [number, number][] = []
  const offsets: number[] = []
  return {
    strokes,
    dots,
    offsets,
    fillStyle: '',
    strokeStyle: '',
    lineCap: 'butt' as CanvasLineCap,
    lineJoin: 'miter' as CanvasLineJoin,
    lineWidth: 0,
    lineDashOffset: 0,
    arc: (x: number, y: number) => {
      dots.push([x, y])
    },
    beginPath: () => {
      path = []
    },
    fill: () => undefined,
    lineTo: (x: number, y: number) => {
      path.push([x, y])
    },
    moveTo: (x: number, y: number) => {
      path = [[x, y]]
    },
    setLineDash: () => undefined,
    stroke() {
      strokes.push(path)
      offsets.push(this.lineDashOffset)
    },
  }
}

function styled(
  places: readonly (readonly [longitude: number, latitude: number])[],
  zoom: number,
  pixelRatio = 1,
) {
  const world = {
    xs: Float64Array.from(places, ([longitude]) => worldX(longitude)),
    ys: Float64Array.from(places, ([, latitude]) => worldY(latitude)),
    starts: Uint32Array.of(0),
  }
  return [{ line: pixelLine(world, worldPxOf({ zoom, pixelRatio })), color: '#000', dash: 'solid' as const }]
}

describe('paintTile', () => {
  test('draws a line in pixels of its tile', () => {
    const paint = paper()
    const lines = styled(
      [
        [0, 0],
        [45, 0],
      ],
      1,
    )
    expect(paintTile(paint, lines, { zoom: 1, pixelRatio: 1, column: 1, row: 1 })).toBe(true)
    expect(paint.strokes).toEqual([
      [
        [0, 0],
        [128, 0],
      ],
    ])
  })

  test('says of a tile that nothing is on it', () => {
    const paint = paper()
    const lines = styled(
      [
        [10, 50],
        [20, 50],
      ],
      5,
    )
    expect(paintTile(paint, lines, { zoom: 5, pixelRatio: 1, column: 3, row: 3 })).toBe(false)
    expect(paint.strokes).toEqual([])
  })

  test.each([
    { name: 'before the antimeridian', column: 7, left: 448 },
    { name: 'beyond it', column: 8, left: -64 },
    { name: 'beyond it in the world to the west', column: 0, left: -64 },
    { name: 'a world further on', column: 15, left: 448 },
  ])('draws a line across the antimeridian $name', ({ column, left }) => {
    const paint = paper()
    // 360 degrees are 8 tiles.
    const lines = styled(
      [
        [180 - 5.625, 0],
        [180 + 5.625, 0],
      ],
      3,
    )
    expect(paintTile(paint, lines, { zoom: 3, pixelRatio: 1, column, row: 4 })).toBe(true)
    expect(paint.strokes).toEqual([
      [
        [left, 0],
        [left + 128, 0],
      ],
    ])
  })

  test('draws what goes around the world several times on each tile that it comes by', () => {
    const paint = paper()
    const lines = styled(
      [
        [0, 0],
        [900, 0],
      ],
      0,
    )
    paintTile(paint, lines, { zoom: 0, pixelRatio: 1, column: 0, row: 0 })
    const shifts = paint.strokes.map(([first]) => (first?.[0] ?? 0) / tilePx)
    expect(shifts).toEqual([-2.5, -1.5, -0.5, 0.5])
  })

  test('draws a fix alone as a dot, and close up every fix', () => {
    const alone = paper()
    paintTile(alone, styled([[0, 0]], 4), { zoom: 4, pixelRatio: 1, column: 8, row: 8 })
    expect(alone).toMatchObject({ strokes: [], dots: [[0, 0]] })
    const close = paper()
    const degree = 360 / (2 ** 17 * 512)
    paintTile(
      close,
      styled(
        [
          [0, 0],
          [100 * degree, 0],
        ],
        17,
      ),
      { zoom: 17, pixelRatio: 1, column: 65_536, row: 65_536 },
    )
    expect(close.dots.map(([x]) => Math.round(x))).toEqual([0, 100])
  })

  test('is as sharp as the screen', () => {
    const paint = paper()
    paintTile(
      paint,
      styled(
        [
          [0, 0],
          [45, 0],
        ],
        1,
        2,
      ),
      { zoom: 1, pixelRatio: 2, column: 2, row: 2 },
    )
    expect(paint.strokes).toEqual([
      [
        [0, 0],
        [256, 0],
      ],
    ])
  })
})
