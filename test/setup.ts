import fc from 'fast-check';

// The same cases on every run, so that what lands is what passed; FC_SEED=random draws fresh ones, FC_SEED=N repeats a draw.
const asked = process.env['FC_SEED'];
fc.configureGlobal({ seed: asked === 'random' ? Date.now() & 0x7fffffff : Number(asked ?? 20261121) });
