#include "exporter/http/landing.h"

namespace pgwatch::http {
namespace {

std::string escaped(std::string_view text) {
  std::string html;
  for (const char letter : text) {
    switch (letter) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      default: html += letter;
    }
  }
  return html;
}

constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>pgwatch</title>
<style>
  :root { color-scheme: light dark; --text: #1f2933; --faint: #5b6875; --line: #d9dfe5; --page: #fbfcfd; --link: #0b62b0; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e4e9ee; --faint: #9aa7b4; --line: #333d47; --page: #14191e; --link: #6cb6ff; }
  }
  body { margin: 12vh auto 2rem; max-width: 34rem; padding: 0 1.5rem; background: var(--page); color: var(--text);
         font: 1rem/1.6 system-ui, sans-serif; }
  h1 { margin: 0; font-size: 1.75rem; letter-spacing: -0.01em; }
  h1 small { color: var(--faint); font-size: 1rem; font-weight: normal; letter-spacing: 0; }
  p { margin: 0.25rem 0 2rem; color: var(--faint); }
  ul { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
  li { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
  a { flex: 0 0 9rem; color: var(--link); font-family: ui-monospace, monospace; text-decoration: none; }
  a:hover, a:focus-visible { text-decoration: underline; }
</style>
</head>
<body>
<main>
)html";

// Relative, so that they hold behind a proxy that serves us under a path of its own.
std::string item(std::string_view path, std::string_view what) {
  const std::string shown = escaped(path);
  return "<li><a href=\"." + shown + "\">" + shown + "</a><span>" + std::string(what) + "</span></li>\n";
}

}  // namespace

std::string landing_page(std::string_view version, std::string_view telemetry_path) {
  std::string page(kHead);
  page += "<h1>pgwatch <small>" + escaped(version) + "</small></h1>\n";
  page += "<p>Is my data alive? Monitoring for PostgreSQL and TimescaleDB.</p>\n<ul>\n";
  page += item(telemetry_path, "What Prometheus scrapes");
  page += item("/-/healthy", "Whether pgwatch itself runs");
  page += item("/-/ready", "Whether it has looked at every target once");
  page += "</ul>\n</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace pgwatch::http
