"""README.md of an exported model, written from its manifest so that text and numbers cannot drift apart."""

from .metrics import table


def write_readme(path, manifest, readme):
    """`readme` is the configuration's section: strings `data`, `licence`, and lists `notes`, `limits`."""
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write("\n".join(_lines(manifest, readme)) + "\n")


def _lines(manifest, readme):
    provenance = manifest["provenance"]
    lines = [f"# {manifest['name']} {manifest['version']}", "", manifest["description"] + ".", "",
             "Written by `edgefusion_training export` together with `model.onnx`, `manifest.json` (the runtime's "
             "contract) and", "`parity.json` (PyTorch outputs for synthetic windows made by formula). Do not edit.", ""]
    lines += ["## Inputs and outputs", "", "| input | kind | shape | rate Hz | tokens |", "|---|---|---|---|---|"]
    for item in manifest["inputs"]:
        tokens = manifest["frontend"][item["tensor"]]["tokens"]
        lines.append(f"| {item['tensor']} | {item['kind']} {item['type']} | {item['shape']} | {item['rate_hz']:g} "
                     f"| {tokens} |")
    lines += ["", f"Mask `{manifest['mask']['tensor']}` {manifest['mask']['shape']}, 1 = present. Window "
              f"{manifest['window']['length_ms']} ms. Heads:", ""]
    lines += [f"- `{head['name']}`: {', '.join(head.get('labels') or head['elements'])}"
              + (f" (values in {', '.join(head['units'])})" if head["kind"] == "regression" else "")
              for head in manifest["heads"]]
    for item in manifest.get("context", []):
        lines += ["", *_wrap(f"Context `{item['name']}` (one-hot `{item['tensor']}` [1, {len(item['labels'])}], all "
                             f"zero = unknown): {', '.join(item['labels'])}.")]
    lines += _model(manifest, provenance)
    if readme.get("data"):
        lines += ["", "## Data", "", *_wrap(readme["data"])]
    lines += [""] + _results(manifest, provenance)
    if provenance.get("variants"):
        lines += ["", *_variants(manifest, provenance["variants"])]
    for title, key in (("Notes", "notes"), ("Limits", "limits")):
        if readme.get(key):
            lines += ["", f"## {title}", ""]
            for item in readme[key]:
                first, *rest = _wrap(item)
                lines += ["- " + first] + ["  " + line for line in rest]
    if readme.get("licence"):
        lines += ["", "## Licence", "", *_wrap(readme["licence"])]
    return lines


def _model(manifest, provenance):
    options = provenance["config"]["model"]
    if options.get("experts") is not None:
        return ["", "## Model", "", *_wrap(_experts(options["experts"], provenance)), "",
                *_wrap(f"Recipe: {provenance['recipe']}"), "", *_origin(provenance)]
    fusion = {"late": "no exchange (late baseline)",
              "bottleneck": f"bottleneck fusion with {options['bottleneck_tokens']} tokens"}.get(
                  options["fusion"], f"{options['fusion']} fusion")
    if options["fusion"] != "late":
        fusion += f" from layer {options['fusion_layer']}"
    if options["weights"] != "separate" or options["block"] != "attention":
        fusion += f", {options['block']} layers, weights {options['weights']}"
    readouts = ", ".join(f"{name} {kind}" for name, kind in options["readout"].items())
    return ["", "## Model", "",
            f"Width {options['width']}, {options['layers']} layers, {options['attention_heads']} attention heads, "
            f"{fusion};", f"{provenance['parameters'] / 1e6:.2f} M parameters, {provenance['macs'] / 1e6:.1f} MMAC per "
            f"window. Readout: {readouts}.", "",
            *_wrap(f"Recipe: {provenance['recipe']}"), "", *_origin(provenance)]


def _experts(settings, provenance):
    blocks = "; ".join(f"{' x '.join(block['heads'])} from {', '.join(block['modalities'])}"
                       for block in settings["blocks"])
    together = any(block.get("together") for block in settings["blocks"])
    drawn = "landmarks" if settings["kernel_features"] == "landmarks" else "random features"
    kernel = f", {settings['features']} {drawn}" if "kernel" in settings["members"] else ""
    return (f"Experts ({', '.join(settings['members'])}) per sensor {'or group of sensors ' if together else ''}and "
            f"block: {blocks}. Perceptrons of width {settings['hidden']}{kernel}; "
            f"{provenance['parameters'] / 1e6:.2f} M parameters, {provenance['macs'] / 1e6:.1f} MMAC per window.")


def _origin(provenance):
    return [f"Seed {provenance['seed']}, {provenance['epochs']} epochs, {provenance['windows']} windows of "
            f"{provenance['groups']} groups; {provenance['trained_with']}.",
            f"The exported graph differs from PyTorch by at most {provenance['export_error']:g} on the parity windows."]


def _results(manifest, provenance):
    measured = provenance["metrics"]
    if "accuracy" not in measured:
        return []
    heads = [head["name"] for head in manifest["heads"]]
    return ["## Accuracy on unseen groups", "",
            *_wrap(f"{measured['kind'].capitalize()}; {measured['windows']} test windows of {measured['groups']} "
                   "groups. Accuracy of single windows; a sensor taken away is masked, not retrained."),
            "", table(measured, heads)]


def _variants(manifest, variants):
    heads = [head["name"] for head in manifest["heads"] if head["kind"] == "classification"]
    columns = [f"{head} {what}" for head in heads for what in ("accuracy", "same decision")]
    lines = ["## Precisions", "", "| precision | file | MB | " + " | ".join(columns) + " |",
             "|---|---|---|" + "---|" * len(columns)]
    for name, entry in variants.items():
        scores = [entry.get(head, {}).get(key) for head in heads for key in ("accuracy", "same_decision")]
        cells = ["-" if value is None else f"{value:.3f}" for value in scores]
        lines.append(f"| {name} | {entry['file']} | {entry['bytes'] / 1e6:.1f} | " + " | ".join(cells) + " |")
    count = variants["fp32"].get("windows")
    return lines + (["", f"On {count} windows of groups that were not trained on, or only in the final training."]
                    if count else [])


def _wrap(text, width=116):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = word if not line else line + " " + word
    return lines + [line]
