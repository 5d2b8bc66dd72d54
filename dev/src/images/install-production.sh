#!/bin/sh
# In the Dockerfile: installs what the workspaces at hand need at run time, and lists it in sbom.cdx.json (CycloneDX).
set -e

# What is no dependency of them is none of the image's: the root's, and tools. npm would take some of those that the lock
# file has for other workspaces too.
npm pkg delete dependencies devDependencies
for manifest in */package.json; do npm pkg delete devDependencies --prefix "${manifest%/*}"; done

npm ci --omit=dev --omit=optional --ignore-scripts --omit-lockfile-registry-resolved
npm sbom --sbom-format=cyclonedx >sbom.cdx.json

# Node cannot run TypeScript there, nor read manuals; and where packages came from is nobody's business.
find node_modules -type f -regex '.*[.]\([cm]?ts\|tsx\|map\|md\|markdown\)' -delete
rm node_modules/.package-lock.json
