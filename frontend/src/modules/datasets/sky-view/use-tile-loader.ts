import { useCallback } from 'react'
import { useApi } from '../../../app/services'
import type { Tile } from './tile-cache'
import type { TileAddress } from './tile-grid'

/** @param plane of a cube along its third axis, from 0 */
export function useTileLoader(
  dataset: string,
  plane: number,
): (address: TileAddress, signal: AbortSignal) => Promise<Tile> {
  const api = useApi()
  return useCallback(
    async ({ level, column, row }, signal) => {
      const tile = await api.datasets({ signal }).GetDatasetTile({ name: dataset, level, column, row, plane })
      const { widthPx, heightPx, minimum, maximum } = tile
      // Copied: the message's bytes may begin at an odd offset. Little-endian, as every browser's machine is.
      const codes = new Uint16Array(tile.codes.slice().buffer)
      return { widthPx, heightPx, minimum, maximum, codes }
    },
    [api, dataset, plane],
  )
}
