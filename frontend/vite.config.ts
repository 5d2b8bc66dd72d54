import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressAssets } from './build/compress-assets.ts'
import { externalPreamble } from './build/external-preamble.ts'

export default defineConfig({
  plugins: [react(), externalPreamble(), compressAssets()],
  build: {
    target: 'es2023',
    // Which file loads which: the size budget is held against it.
    manifest: true,
    // Old targets would have light-dark() rewritten to variables that nothing sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A font or an icon inlined as data: would need a looser policy for no gain.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What many pages share is one file instead of thirty: each costs a request and its headers.
        // Not so what the first page does without.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              minShareCount: 3,
              test: (id) =>
                !/\/(gen\/web\/fairlead|modules)\/(credits|files|locations|notifications|workflows)\//.test(
                  id,
                ) &&
                // Fields of forms, which neither the sign-in page nor the overview has.
                !/\/components\/(Autocomplete|Checkbox|Combobox|Fieldset|FileButton|FileInput|InlineInput|MultiSelect|NumberInput|Pill|PillsInput|Radio|SegmentedControl|Select|Switch|TagsInput|Textarea)\//.test(
                  id,
                ) &&
                !/\/react-(number-format|textarea-autosize)\//.test(id),
            },
          ],
        },
      },
    },
    // The map's renderer, which comes with its page alone, is one file.
    chunkSizeWarningLimit: 1200,
  },
})
