#include "src/http/api_read.h"

#include "src/http/api_board.h"
#include "src/http/api_inquiries.h"
#include "src/http/api_routes.h"
#include "src/http/api_statistics.h"

namespace noroshi::http {

void add_read_routes(Router& router, const ReadContext& context) {
  add_board_routes(router, context);
  add_incident_routes(router, context);
  add_assignment_routes(router, context);
  add_handling_routes(router, context);
  add_label_routes(router, context);
  add_inquiry_routes(router, context);
  add_obligation_routes(router, context);
  add_inbox_routes(router, context);
  add_cymat_routes(router, context);
  add_relay_switch_route(router, context);
  add_staff_routes(router, context);
  add_record_routes(router, context);
  add_statistics_route(router, context);
  add_registry_routes(router, context);
}

}  // namespace noroshi::http
