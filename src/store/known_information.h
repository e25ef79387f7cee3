// Loads what is known of the information of incidents and of bodies, under the locks that open_group() and lock_body() took.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "src/core/body_information.h"
#include "src/core/decide_annex.h"
#include "src/store/database.h"

namespace noroshi::store {

// Into the incidents: labels, annexes, files, what is withheld, inquiries, links to notices. One round trip tells which of them there are
// at all; an incident has few.
void load_information(Transaction& transaction, std::map<core::IncidentId, core::Incident>& known);

// Of the body that lock_body() locked.
core::BodyInformation load_body_information(Transaction& transaction);

// The mappings in force of that body's labels; of a writer that has not locked it.
std::vector<core::LabelMapping> load_label_mappings(Transaction& transaction, const std::string& organization);

// The active keys of all bodies that see the content of the incident, and whether anything of zone `internet` is here.
core::AnnexContext load_annex_context(Transaction& transaction, const core::Incident& incident);

}  // namespace noroshi::store
