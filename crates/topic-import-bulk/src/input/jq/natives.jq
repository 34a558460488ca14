# What an ID of Mongo, or a number or a time of its extended JSON, says.
def mongo: if isobject then ((.["$date"] // .["$numberLong"] // .["$numberInt"] // .["$numberDouble"] // .["$oid"]) | if isobject then mongo else . end) else . end;
# Null where a text is empty: many programs write one where they have nothing.
def filled: if . == "" then null else . end;
