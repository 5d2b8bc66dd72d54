import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Plugin } from 'vite'

const compress = promisify(brotliCompress)
const compressible = /\.(m?js|json|css|svg)$/
/** Below this, a response fits into one packet anyway. Bytes. */
const minimumBytes = 1_400

/**
 * Writes a Brotli copy beside each built script, style sheet and file of data. Done once and at the highest level, it is
 * a fifth smaller than what a proxy compresses on the way.
 */
export function compressAssets(): Plugin {
  let folder = ''
  return {
    name: 'fairlead:compress-assets',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir, config.build.assetsDir)
    },
    async closeBundle() {
      const files = (await readdir(folder)).filter((file) => compressible.test(file))
      await Promise.all(
        files.map(async (file) => {
          const bytes = await readFile(join(folder, file))
          if (bytes.length < minimumBytes) return
          const params = {
            [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          }
          await writeFile(join(folder, `${file}.br`), await compress(bytes, { params }))
        }),
      )
    },
  }
}
