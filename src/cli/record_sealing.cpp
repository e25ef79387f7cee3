#include "src/cli/record_sealing.h"

#include "src/store/sequencer.h"

namespace noroshi::cli {

store::SealingState look_at_sealing(const DatabaseVisit& visit, const DatabaseOptions& options) {
  store::Connection connection(visit.settings(), store::DatabaseRole::sequencer);
  store::KeptCheckpoint kept(options.data.empty() ? options.data : options.data / "record");
  store::Sealer sealer(connection, store::Sequencer::make_holder(), kept,
                       [](const std::string&, const std::string&) { return std::string(); });
  return sealer.inspect();
}

}  // namespace noroshi::cli
