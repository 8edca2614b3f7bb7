using System.Text.Json;
using Microsoft.Playwright;

namespace SecureFL.Bench.Tests.Pages;

/// <summary>
/// What a reader must be able to take for granted on a page with charts. Every rule returns the places that break it.
/// </summary>
internal static class PageRules
{
    private const string Script = """
        () => {
          const faults = [];
          const name = svg => svg.getAttribute('aria-label');
          const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
          const pairs = (where, boxes) => boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
            if (overlap(a.box, b.box)) faults.push(`overlap in "${where}": "${a.text}" and "${b.text}"`);
          }));
          const boxesOf = (root, selector) => [...root.querySelectorAll(selector)].map(e => ({ text: e.textContent, box: e.getBoundingClientRect() }));
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            const texts = boxesOf(svg, 'text');
            pairs(name(svg), texts);
            for (const t of texts) {
              if (t.box.left < frame.left - 1 || t.box.right > frame.right + 1 || t.box.top < frame.top - 1 || t.box.bottom > frame.bottom + 1)
                faults.push(`outside "${name(svg)}": "${t.text}"`);
              if (Math.min(t.box.height, t.box.width) < (t.text.length > 1 ? 9 : 5)) faults.push(`unreadably small in "${name(svg)}": "${t.text}"`);
            }
            const wanted = svg.querySelector('polyline') ? 2 : 1;
            if ([...svg.querySelectorAll('text.axis')].filter(e => e.textContent.trim()).length < wanted) faults.push(`axis without a unit in "${name(svg)}"`);
            for (const shape of svg.querySelectorAll('polyline, circle, rect')) {
              const box = shape.getBoundingClientRect();
              if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2) faults.push(`drawn outside "${name(svg)}"`);
            }
          }
          for (const figure of document.querySelectorAll('figure')) {
            const caption = figure.querySelector('figcaption').textContent;
            pairs(caption, boxesOf(figure, '.legend span, figcaption'));
            // On a telephone a chart is moved sideways; on anything wider it is seen whole.
            if (document.documentElement.clientWidth >= 600 && figure.scrollWidth > figure.clientWidth + 1) faults.push(`cut off: "${caption}"`);
          }
          pairs('tiles', boxesOf(document, '.tile'));
          const page = document.documentElement;
          if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth} wide in a window of ${page.clientWidth}`);
          for (const e of document.querySelectorAll('figure, .tile, h1, h2, p, li')) {
            const box = e.getBoundingClientRect();
            if (box.left < -1 || box.right > page.clientWidth + 1) faults.push(`outside the window: ${e.textContent.slice(0, 40)}`);
          }
          const rgb = text => text.match(/[\d.]+/g).slice(0, 3).map(Number);
          const light = c => { const [r, g, b] = rgb(c).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
          const ground = getComputedStyle(document.body).backgroundColor;
          for (const e of document.querySelectorAll('svg text, p, li, td, th, h1, h2, figcaption, .tile span, .tile b')) {
            const style = getComputedStyle(e);
            const ink = e.closest('svg') ? style.fill : style.color;
            if (contrast(ink, ground) < 4.5) faults.push(`contrast ${contrast(ink, ground).toFixed(1)}: "${e.textContent.slice(0, 30)}"`);
          }
          for (const e of document.querySelectorAll('polyline, rect')) {
            const style = getComputedStyle(e);
            const ink = e.tagName === 'polyline' ? style.stroke : style.fill;
            if (contrast(ink, ground) < 1.8) faults.push(`${e.tagName} of contrast ${contrast(ink, ground).toFixed(1)} in "${name(e.closest('svg'))}"`);
          }
          return JSON.stringify([...new Set(faults)]);
        }
        """;

    internal static async Task<IReadOnlyList<string>> BrokenAsync(IPage page) =>
        JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(Script))!;
}
