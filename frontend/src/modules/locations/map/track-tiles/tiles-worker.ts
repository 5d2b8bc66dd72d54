import { paintTile, type StyledLine, tilePx, worldPxOf } from './paint-tile'
import { pixelLine } from './pixel-lines'
import type { PaintedTrack, PainterAnswer, PainterRequest } from './tile-painter'
import type { WorldTrack } from './world-track'

// Tracks are painted here, beside the page: a hundred thousand fixes take longer than a frame.
const tracks = new Map<number, WorldTrack>()
let shown: readonly PaintedTrack[] = []
let canvas: OffscreenCanvas | undefined
/** Of one zoom. */
let lines: { readonly worldPx: number; readonly styled: readonly StyledLine[] } | undefined

function styledLines(worldPx: number): readonly StyledLine[] {
  if (lines?.worldPx !== worldPx) {
    const styled = shown.flatMap(({ track, color, dash }) => {
      const world = tracks.get(track)
      return world === undefined ? [] : [{ line: pixelLine(world, worldPx), color, dash }]
    })
    lines = { worldPx, styled }
  }
  return lines.styled
}

addEventListener('message', ({ data: request }: MessageEvent<PainterRequest>) => {
  switch (request.kind) {
    case 'track':
      tracks.set(request.track, request.world)
      break
    case 'show': {
      shown = request.tracks
      lines = undefined
      const kept = new Set(shown.map(({ track }) => track))
      for (const track of tracks.keys()) if (!kept.has(track)) tracks.delete(track)
      break
    }
    case 'paint': {
      canvas ??= new OffscreenCanvas(tilePx, tilePx)
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('this browser draws on no canvas beside the page')
      const styled = styledLines(worldPxOf(request.place))
      const isPainted = paintTile(context, styled, request.place)
      const bitmap = isPainted ? canvas.transferToImageBitmap() : undefined
      const answer: PainterAnswer = { number: request.number, bitmap }
      postMessage(answer, { transfer: bitmap === undefined ? [] : [bitmap] })
      break
    }
  }
})
