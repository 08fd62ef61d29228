// Checks deployment files: node check.mjs FILE... Prints a fault per line and exits 1 where there is one.
// Dockerfiles by dockerfilelint's rules; manifests (YAML with kind) by the Kubernetes API's schemas; others as YAML.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const require = createRequire(import.meta.url);
const lint = require('dockerfilelint/lib/index.js');
const yaml = require('js-yaml');

const faults = [];

// What dockerfilelint 1.8 cannot read: HEALTHCHECK's --start-period, and a base image behind an ARG that has a tag.
function isMisread(fault, text) {
    const line = text.split('\n')[fault.line - 1] ?? '';
    return (line.startsWith('HEALTHCHECK ') && line.includes('--start-period='))
        || (line === 'FROM ${BASE}' && /^ARG BASE=\S+:\S+$/m.test(text));
}

function dockerfile(path, text) {
    for (const fault of lint.run('/', text)) {
        if (!isMisread(fault, text)) {
            faults.push(`${path}:${fault.line}: ${fault.title}: ${fault.description}`);
        }
    }
}

async function manifest(path, object) {
    const models = await import(`kubernetes-models/${object.apiVersion}`).catch(() => ({}));
    const Model = models[object.kind];
    if (Model === undefined) {
        faults.push(`${path}: there is no ${object.kind} in ${object.apiVersion}`);
        return;
    }

    try {
        new Model(object).validate();
    } catch (error) {
        faults.push(`${path}: ${object.kind} ${object.metadata?.name}: ${error.message}`);
    }
}

for (const path of process.argv.slice(2)) {
    const text = readFileSync(path, 'utf8');
    if (basename(path).startsWith('Dockerfile')) {
        dockerfile(path, text);
        continue;
    }

    try {
        for (const object of yaml.loadAll(text)) {
            // A Kustomization is read by kubectl alone and is no object of the API.
            if (object?.kind && object.kind !== 'Kustomization') {
                await manifest(path, object);
            }
        }
    } catch (error) {
        faults.push(`${path}: ${error.message}`);
    }
}

console.log(faults.join('\n'));
process.exit(faults.length === 0 ? 0 : 1);
