#include "cli/parse_internal.h"

namespace cli {

void AddServeCommand(CLI::App& root, Command* out) {
  auto [serve, s] = AddVerb<Serve>(root, out, "serve", "Serve the lake to clients on the network",
                                   "boathouse serve --listen 127.0.0.1:8080");
  ServeChoice* c = &s->choice;
  serve->add_option("--listen,-l", c->listen, "host:port; port 0 takes any free one")
      ->capture_default_str();
  serve->add_option("--socket", c->socket, "A unix socket beside it")->option_text("PATH");
  auto* init = serve->add_flag("--init", c->init,
                               "Make organisation, first admin and key, and print the key");
  serve->add_option("--organization", c->organization, "Its name")->needs(init);
  serve->add_option("--username", c->username, "The first admin")->needs(init);
  auto* certificate =
      serve->add_option("--tls-cert", c->tls_certificate, "Certificate chain, PEM: turns TLS on")
          ->option_text("FILE");
  auto* key =
      serve->add_option("--tls-key", c->tls_key, "Its private key, PEM")->option_text("FILE");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_flag("--insecure-public", c->insecure_public,
                  "Listen on a public address without TLS, keys in the clear");
  serve->add_option("--public-url", c->public_url, "Where clients reach this, behind a proxy")
      ->option_text("URL");
  serve->add_option("--jobs", c->jobs_running_max, "So many jobs run at once, more are queued")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  serve
      ->add_option("--import-folder", c->import_folders,
                   "A folder of this machine that callers may import files from")
      ->allow_extra_args(false)
      ->option_text("FOLDER ...");
  serve->add_option("--access-log", c->access_log, "One JSON line per request; - is standard error")
      ->option_text("FILE");
  serve
      ->add_option("--drain", c->drain_seconds,
                   "Seconds that running jobs may take once it is told to stop")
      ->capture_default_str();
}

}  // namespace cli
