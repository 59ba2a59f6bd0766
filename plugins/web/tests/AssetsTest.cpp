#include "Assets.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace netbit::web {
namespace {

TEST(WebAssets, AreSortedByNameSoThatEachIsFound)
{
    ASSERT_FALSE(assets().empty());
    EXPECT_TRUE(std::is_sorted(assets().begin(), assets().end(), [](auto& a, auto& b) { return a.name < b.name; }));
    for (const auto& asset : assets())
        EXPECT_EQ(assetOf(asset.name), &asset) << asset.name;
}

TEST(WebAssets, ANameThatNoFileHasIsNotFound)
{
    for (const auto* name : {"", "/", "index.htm", "../index.html", "lang/", "lang/../app.js", "App.js", "zzz"})
        EXPECT_EQ(assetOf(name), nullptr) << name;
}

TEST(WebAssets, GzipIsWhatItSaysAndSmaller)
{
    const auto* const script = assetOf("app.js");
    ASSERT_TRUE(script);
    ASSERT_GT(script->gzip.size(), 10U);
    EXPECT_LT(script->gzip.size(), script->plain.size());
    EXPECT_EQ(script->gzip.substr(0, 2), "\x1F\x8B");
    EXPECT_NE(script->etag, script->gzipEtag);
}

TEST(WebAssets, WhatABrowserFetchesBeforeTheFirstMessageIsUnder300KB)
{
    std::size_t bytes = 0;
    for (const auto& asset : assets())
        bytes += asset.gzip.empty() ? asset.plain.size() : asset.gzip.size();
    EXPECT_LT(bytes, 300'000U);
}

TEST(WebAssets, ThePageHasNothingInlineAndNoOtherHost)
{
    const auto page = assetOf("index.html")->plain;
    EXPECT_EQ(page.find("<style"), page.npos);
    EXPECT_EQ(page.find(" style="), page.npos);
    EXPECT_EQ(page.find("://"), page.npos);
    for (auto at = page.find("<script"); at != page.npos; at = page.find("<script", at + 1))
        EXPECT_EQ(page.substr(at, 13), "<script type=") << "a script with a body?";
}

TEST(AcceptEncoding, GzipIsTakenWhereItIsNamed)
{
    for (const auto* field : {"gzip", "GZIP", "br, gzip", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.5", " gzip ; q=0.001"})
        EXPECT_TRUE(takesGzip(field)) << field;
}

TEST(AcceptEncoding, GzipIsNotTakenWhereItIsNotOrIsRefused)
{
    for (const auto* field : {"", "identity", "br", "xgzip", "gzipx", "gzip;q=0", "gzip; Q=0.000", ",,,", "br, gzip ;q=0.0, deflate"})
        EXPECT_FALSE(takesGzip(field)) << field;
}

} // namespace
} // namespace netbit::web
