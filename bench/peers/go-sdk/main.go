// Serves roll_dice with the official Go SDK: stateless, answers as JSON, a static token, no log.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type arguments struct {
	Sides int `json:"sides" jsonschema:"How many sides the die has"`
}

type rolled struct {
	Sides  int `json:"sides"`
	Result int `json:"result"`
}

func main() {
	closedWorld := false
	server := mcp.NewServer(&mcp.Implementation{Name: "go-sdk", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{
		Name:        "roll_dice",
		Title:       "Roll dice",
		Description: "Rolls one fair die. Use it for games and random choices.",
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, OpenWorldHint: &closedWorld},
	}, func(_ context.Context, _ *mcp.CallToolRequest, in arguments) (*mcp.CallToolResult, rolled, error) {
		return nil, rolled{Sides: in.Sides, Result: 1 + rand.IntN(in.Sides)}, nil
	})
	handler := mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true},
	)
	expected := sha256.Sum256([]byte(os.Getenv("MCP_AUTH_TOKEN")))
	verify := func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		digest := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(digest[:], expected[:]) != 1 {
			return nil, auth.ErrInvalidToken
		}
		return &auth.TokenInfo{Scopes: []string{"read"}, Expiration: time.Now().Add(time.Hour)}, nil
	}
	http.Handle("/mcp", auth.RequireBearerToken(verify, nil)(handler))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
